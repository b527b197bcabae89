"""Operations are executed on this machine's processor."""
