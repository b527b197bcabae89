"""llama.cpp's own server, `python -m llama_cpp.server`, with two changes that it has no option for.

Its weights' default buffers (AMX) end the process on some virtual machines: they are off. And no
answer ends before some length: a rate over a dozen tokens says little about either clock.
"""

from typing import Any

from llama_cpp import Llama, LogitsProcessorList, MinTokensLogitsProcessor, llama_cpp
from llama_cpp.server.__main__ import main

SHORTEST_ANSWER = 100  # tokens

_default_params = llama_cpp.llama_model_default_params
_answer = Llama.create_chat_completion


def _without_extra_buffers() -> Any:
    params = _default_params()
    params.use_extra_bufts = False
    return params


def _at_length(llama: Llama, *given: Any, **options: Any) -> Any:
    longer = LogitsProcessorList([MinTokensLogitsProcessor(SHORTEST_ANSWER, llama.token_eos())])
    return _answer(llama, *given, **{**options, "logits_processor": longer})


if __name__ == "__main__":
    llama_cpp.llama_model_default_params = _without_extra_buffers
    Llama.create_chat_completion = _at_length
    main()
