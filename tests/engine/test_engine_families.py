"""Answers of a running engine in the words of other families than Llama."""

from pathlib import Path

import pytest
from engines import ended, ids_of, request, running

from lpu_engine import Message
from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.model.reference_int8 import logits_int8
from lpu_engine.model.tokenizer import open_tokenizer
from tests.golden.cases import write_logit_case


@pytest.mark.parametrize("name", ["biases", "sliding_everywhere", "gemma2", "mixtral"])
def test_an_answer_is_the_likeliest_one_of_the_reference(name: str, tmp_path: Path) -> None:
    folder = write_logit_case(name, tmp_path)
    with running(folder) as engine:
        asked = request("The chip does not wait for memory", temperature=0.0, max_tokens=6)
        answer = ids_of(ended(engine.submit(asked)))
    ids = open_tokenizer(folder).chat([Message("user", "The chip does not wait for memory")])
    checkpoint = open_checkpoint(folder)
    assert answer
    for chosen in answer:
        assert chosen == logits_int8(checkpoint, ids)[-1].argmax()
        ids.append(chosen)
