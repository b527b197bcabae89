"""A transformer's shape becomes what runs on the chip."""
