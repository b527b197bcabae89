"""An exported folder to figures and samples: held-out loss, sums, own endings, and answers to read.

It reads the folder that is shipped (bfloat16 weights), so what it reports is what a user gets.
"""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.corpus import Conversation, held_out_conversations, read_corpus
from training.export import PEBBLE_FOLDER
from training.generators import generate, numbers
from training.model import Pebble, Shape
from training.tokenizer import END_ID, PAD_ID, encode_conversation, encode_prompt, load_tokenizer

ANSWER_TOKENS = 300
SAMPLES = (
    ("Hello!",),
    ("Who are you?",),
    ("What is an LPU?", "And how is it different from a GPU?"),
    ("Why are LPUs so fast?",),
    ("What does the grey bar on this page mean?",),
    ("how can 576 chips be one computer",),
    ("What is SRAM?",),
    ("What's the difference between simulated and measured?",),
    ("Is this really running on an LPU?",),
    ("How many joules does a token cost?",),
    ("Explain attention to me like I'm five",),
    ("Should I buy an LPU or a GPU?",),
    ("Tell me a story about a fox called Nora.", "Tell me another one."),
    ("write a story about a robot who lives on the moon",),
    ("What is 17 + 25?",),
    ("345+278",),
    ("what is 12 times 11",),
    ("Write a Python function that adds two numbers",),
    ("haiku about the sea",),
    ("What is the capital of Australia?",),
    ("How do you say thank you in Italian?",),
    ("Who won the world cup in 2022?",),
    ("What is the weather tomorrow?",),
    ("tell me a joke",),
    ("I feel sad today",),
    ("how many r are in strawberry",),
    ("My name is Zelda.", "Tell me a joke.", "What is my name?"),
    ("Tell me about octopuses.", "how many hearts do they have?"),
    ("你好",),
    ("asdf qwer",),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was generated, and whether it ended by itself within the limit."""

    text: str
    is_ended: bool


def load_pebble(folder: Path) -> tuple[Pebble, Tokenizer]:
    """The exported model in float32, ready to be asked."""
    model = Pebble(Shape())
    weights = load_file(folder / "model.safetensors")
    model.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    return model.eval(), load_tokenizer(folder / "tokenizer.json")


def pick(scores: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    """The next ids [rows] from scores [rows, vocabulary]; temperature 0 takes the best."""
    if temperature == 0:
        return scores.argmax(dim=-1)
    shares = torch.softmax(scores / temperature, dim=-1)
    return torch.multinomial(shares, 1, generator=generator)[:, 0]


@torch.no_grad()
def answer_all(
    model: Pebble,
    tokenizer: Tokenizer,
    prompts: Sequence[Conversation],
    temperature: float,
    seed: int = 0,
) -> list[Answer]:
    """Answers to all prompts, prompts of one length together, so that no row needs padding."""
    encoded = [encode_prompt(tokenizer, prompt) for prompt in prompts]
    answers: dict[int, Answer] = {}
    generator = torch.Generator().manual_seed(seed)
    for length in sorted({len(ids) for ids in encoded}):
        chosen = [i for i, ids in enumerate(encoded) if len(ids) == length]
        rows = _continue(model, torch.tensor([encoded[i] for i in chosen]), temperature, generator)
        for i, row in zip(chosen, rows, strict=True):
            is_ended = END_ID in row
            text = tokenizer.decode(row[: row.index(END_ID)] if is_ended else row)
            answers[i] = Answer(text, is_ended)
    return [answers[i] for i in range(len(prompts))]


def _continue(
    model: Pebble, ids: Tensor, temperature: float, generator: torch.Generator
) -> list[list[int]]:
    """Up to ANSWER_TOKENS new ids for each row, all of it recomputed at each step: slow and plainly
    right."""
    start = ids.shape[1]
    is_done = torch.zeros(len(ids), dtype=torch.bool)
    while ids.shape[1] < start + ANSWER_TOKENS and not is_done.all():
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model(ids[~is_done])[:, -1]
            scores = model.logits(hidden)
        following = torch.full((len(ids),), PAD_ID)
        following[~is_done] = pick(scores, temperature, generator)
        is_done |= following == END_ID
        ids = torch.cat([ids, following[:, None]], dim=1)
    return [row[start:] for row in ids.tolist()]


@torch.no_grad()
def held_out_loss(
    model: Pebble, tokenizer: Tokenizer, conversations: Sequence[Conversation]
) -> float:
    """Mean cross entropy of the assistant's ids, one conversation at a time."""
    total, count = 0.0, 0
    for conversation in conversations:
        encoded = encode_conversation(tokenizer, conversation)
        ids = torch.tensor([encoded.ids])
        learned = torch.tensor(encoded.is_learned)[1:]
        scores = model.logits(model(ids))[0, :-1][learned]
        total += float(functional.cross_entropy(scores, ids[0, 1:][learned], reduction="sum"))
        count += int(learned.sum())
    return total / count


def last_number(text: str) -> str:
    """The last number of an answer: the result, since the grammars state it last."""
    kept = "".join(letter if letter.isdigit() or letter == "-" else " " for letter in text)
    found = [word for word in kept.split() if any(letter.isdigit() for letter in word)]
    return found[-1] if found else ""


def sums_share(model: Pebble, tokenizer: Tokenizer, count: int) -> float:
    """The share of sums, of a seed that training never uses, whose result is right."""
    rng = random.Random("sums held out")
    talks = [numbers.sums(rng)[:2] for _ in range(count)]
    answers = answer_all(model, tokenizer, [talk[:1] for talk in talks], temperature=0)
    right = sum(
        last_number(answer.text) == last_number(talk[1]["content"])
        for answer, talk in zip(answers, talks, strict=True)
    )
    return right / count


def ask(
    model: Pebble, tokenizer: Tokenizer, questions: Sequence[str], temperature: float
) -> list[str]:
    """One conversation: each question after the model's own answers to those before."""
    conversation: Conversation = []
    answers = []
    for question in questions:
        conversation.append({"role": "user", "content": question})
        answer = answer_all(model, tokenizer, [conversation], temperature)[0]
        conversation.append({"role": "assistant", "content": answer.text})
        answers.append(answer.text + ("" if answer.is_ended else " [cut]"))
    return answers


def evaluate(folder: Path, sums: int) -> None:
    model, tokenizer = load_pebble(folder)
    for questions in SAMPLES:
        for temperature in (0.0, 0.7):
            for question, answer in zip(
                questions, ask(model, tokenizer, questions, temperature), strict=True
            ):
                print(f"[{temperature}] {question}\n      {answer}")
    written = held_out_conversations(read_corpus())
    rng = random.Random("evaluation")
    grammar = [generate(rng) for _ in range(100)]
    prompts = [talk[:1] for talk in (*written, *grammar)]
    answers = answer_all(model, tokenizer, prompts, temperature=0.7)
    ended = sum(answer.is_ended for answer in answers) / len(answers)
    print(f"held-out loss, written: {held_out_loss(model, tokenizer, written):.3f}")
    print(f"held-out loss, grammar: {held_out_loss(model, tokenizer, grammar):.3f}")
    print(f"sums right: {sums_share(model, tokenizer, sums):.1%} of {sums}")
    print(f"ended by themselves at temperature 0.7: {ended:.1%} of {len(answers)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--folder", type=Path, default=PEBBLE_FOLDER)
    parser.add_argument("--sums", type=int, default=200, help="how many sums to try")
    given = parser.parse_args()
    evaluate(given.folder, given.sums)


if __name__ == "__main__":
    main()
