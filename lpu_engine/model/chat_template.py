"""A conversation → the text that a model was trained on, by the Jinja template of its folder.

A template is a stranger's program, so it runs in Jinja's sandbox; the environment is the one that
transformers gives it.
"""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NoReturn

from jinja2 import Template, TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lpu_engine.model.folder import BadCheckpoint, read_text

Clock = Callable[[], datetime]


class RefusedChat(ValueError):
    """The model's chat template does not accept this conversation."""


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A parsed template and the names of special tokens that it may use (bos_token, …)."""

    source: str
    template: Template
    variables: Mapping[str, str]

    def render(self, messages: Sequence[Message]) -> str:
        """The text up to where the assistant begins to write."""
        try:
            return self.template.render(
                messages=[{"role": m.role, "content": m.content} for m in messages],
                tools=None,
                documents=None,
                add_generation_prompt=True,
                **self.variables,
            )
        except TemplateError as error:
            raise RefusedChat(
                f"The chat template of this model refuses the conversation: {error}"
            ) from error
        except Exception as error:  # a template can fail in any way that Python can
            raise RefusedChat(
                f"The chat template of this model fails on this conversation: {error!r}"
            ) from error

    def written(self) -> str:
        """What it may write of itself: its source, and what it joins to the names of roles."""
        written = [self.source]
        for messages in (TRIAL, [Message("system", "Hello"), *TRIAL]):
            with contextlib.suppress(RefusedChat):
                written.append(self.render(messages))
        return "\n".join(written)


TRIAL = [Message("user", "Hello"), Message("assistant", "Hello"), Message("user", "Hello")]


def open_template(
    folder: Path, config: Mapping[str, object], variables: Mapping[str, str], now: Clock
) -> ChatTemplate:
    """Raises BadCheckpoint; chat_template.jinja goes before tokenizer_config.json."""
    path = folder / "chat_template.jinja"
    source = read_text(path) if path.is_file() else _default(config.get("chat_template"))
    if not isinstance(source, str):
        raise BadCheckpoint(
            f"{folder} has no chat template (tokenizer_config.json or chat_template.jinja):"
            " choose a model that is made for chat."
        )
    try:
        template = ChatTemplate(source, _environment(now).from_string(source), variables)
        template.render(TRIAL[:1])
    except (TemplateError, RefusedChat) as error:
        raise BadCheckpoint(f"The chat template in {folder} does not work: {error}") from error
    return template


def _default(given: object) -> object:
    """Some folders hold several templates, each with a name."""
    if not isinstance(given, list):
        return given
    named = (each for each in given if isinstance(each, Mapping))
    return next((each.get("template") for each in named if each.get("name") == "default"), None)


def _environment(now: Clock) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_GenerationBlock, loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = lambda form: now().strftime(form)
    return environment


class _GenerationBlock(Extension):
    """{% generation %} marks the assistant's words for training; here it is transparent."""

    tags = {"generation"}  # noqa: RUF012 (Jinja declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


def _to_json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Jinja's own filter escapes for HTML, which no model was trained on."""
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )
