"""A question to the same question in other words: as people begin and end what they ask a chat
model.

The entries say *what* may be asked in several wordings; these rules multiply the ways around it, so
that "can you tell me …" or "whats …" is never what a small model stumbles over.
"""

import random
import re

ASKING = ("do you know {0}", "can you tell me {0}", "tell me {0}", "i want to know {0}", "could you tell me {0}", "I wonder {0}",
          "any idea {0}", "please tell me {0}", "I would like to know {0}", "you know {0}", "say, {0}", "I forgot {0}",
          "i need to know {0}", "explain to me {0}", "my question is {0}", "so {0}", "and {0}", "well, {0}", "i'm asking {0}")  # fmt: skip
NAMING = ("what's {0}", "whats {0}", "what exactly is {0}", "tell me {0}", "do you know {0}", "can you tell me {0}", "{0}",
          "i want to know {0}", "I'm looking for {0}", "could you tell me {0}", "please tell me {0}", "what would be {0}",
          "what is {0} then", "name {0}", "give me {0}", "what was {0} again", "I need to know {0}", "remind me, what is {0}")  # fmt: skip
DEFINING = ("what's {0}", "whats {0}", "what exactly is {0}", "explain {0}", "define {0}", "what does {0} mean", "meaning of {0}",
            "tell me about {0}", "can you explain {0}", "could you explain what {0} is", "i don't know what {0} is", "{0}",
            "what do you mean by {0}", "please explain {0}", "do you know what {0} is", "what is {0} in simple words",
            "what the heck is {0}", "never heard of {0}, what is it", "describe {0}", "what do people mean by {0}")  # fmt: skip
ORDERING = ("can you {0}", "could you {0}", "please {0}", "would you {0}", "i want you to {0}", "{0} please", "pls {0}", "{0}, please",
            "I'd like you to {0}", "will you {0}", "{0} for me", "go on, {0}", "now {0}", "are you able to {0}", "try to {0}",
            "can u {0}", "be so kind and {0}", "hey, {0}")  # fmt: skip
WISHING = ("i want {0}", "I'd like {0}", "I need {0}", "give me {0}", "can i have {0}", "how about {0}", "let me hear {0}", "{0}",
           "could I get {0}", "make up {0}", "make me {0}", "compose {0}", "tell {0}", "i would love {0}", "do {0}", "write {0}",
           "show me {0}", "may I have {0}", "please write {0}", "quickly, {0}", "come up with {0}")  # fmt: skip
ENDINGS = (" please", " pls", ", please", ", thanks", " thank you", "??", " ?", ", do you know", ", if you know", " i forgot",
           ", in short", ", quickly", " then", " pebble", " exactly", ", what do you think", " for a school project")  # fmt: skip
RULES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"what(?:'s| is| are) (the .+)", re.IGNORECASE), NAMING),
    (re.compile(r"what(?:'s| is| are) ((?:an? )?[\w-]+(?: [\w-]+)?)", re.IGNORECASE), DEFINING),
    (
        re.compile(
            r"((?:how|why|who|when|where|which|what (?:does|do|did|happens|makes|kind)) .+)",
            re.IGNORECASE,
        ),
        ASKING,
    ),
    (
        re.compile(r"(?:tell me|write(?: me)?|give me|make(?: me)?) (an? .+)", re.IGNORECASE),
        WISHING,
    ),
    (
        re.compile(
            r"((?:tell|write|give|show|name|list|explain|describe|compare|translate) .+)",
            re.IGNORECASE,
        ),
        ORDERING,
    ),
)  # the first that fits the whole question is taken


def rephrase(question: str, rng: random.Random) -> str:
    """The question in other words, or as it was where no rule fits."""
    plain = question.rstrip("?!. ")
    for pattern, frames in RULES:
        found = pattern.fullmatch(plain)
        if found:
            asked = found.group(1)
            lowered = asked[0].lower() + asked[1:]
            said = rng.choice(frames).format(lowered)
            return said + rng.choice(ENDINGS) if rng.random() < 0.15 else said
    return question


def ended(question: str, rng: random.Random) -> str:
    """The question with a word after it."""
    return question.rstrip("?!. ") + rng.choice(ENDINGS)
