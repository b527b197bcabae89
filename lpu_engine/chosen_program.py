"""`--model` or `--config` → a shape → its Program, proven legal, or one line that says why not."""

from argparse import Namespace
from dataclasses import dataclass, replace
from pathlib import Path

from lpu_engine.catalog import Catalog, ProgramClock, UnknownModel, load_catalog
from lpu_engine.command_line import CommandError
from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.legal import Illegal
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.compiler.program import Program
from lpu_engine.model.architecture import (
    Architecture,
    BadConfig,
    UnsupportedArchitecture,
    read_architecture,
)

LARGEST_PARAMETERS = 10**13  # far above every model; more would only take for ever to place


@dataclass(frozen=True, slots=True)
class Shape:
    """What is compiled, and the name that it is told by."""

    name: str
    architecture: Architecture


def chosen_shape(chosen: Namespace) -> Shape:
    """The shape that --model or --config names."""
    try:
        if chosen.config is not None:
            return Shape(_name(chosen.config), read_architecture(chosen.config))
        catalog = load_catalog()
        model = catalog.model(chosen.model)
        if not isinstance(model.clock, ProgramClock):
            raise CommandError(_no_program(catalog, model.id))
        return Shape(model.id, read_architecture(model.clock.config))
    except (BadConfig, UnsupportedArchitecture, UnknownModel) as error:
        raise CommandError(str(error)) from None


def _name(config: Path) -> str:
    """What a shape is called: its folder, or the file where that has a name of its own."""
    path = config.resolve()
    return path.parent.name if path.name == "config.json" else path.stem


def _no_program(catalog: Catalog, model_id: str) -> str:
    can = [model.id for model in catalog.models if isinstance(model.clock, ProgramClock)]
    return (
        f"{model_id} has no program here yet, only a published clock:"
        f" choose --model {' or '.join(can)}, or give a shape with --config."
    )


def with_window(shape: Shape, option: str, tokens: int) -> Shape:
    """The same shape with a window of so many tokens."""
    window = shape.architecture.window
    if tokens > window:
        raise CommandError(
            f"{option} {tokens:,} is more than the model's window of {window:,} tokens:"
            f" give at most {window:,}."
        )
    return replace(shape, architecture=replace(shape.architecture, window=tokens))


def proven_program(shape: Shape) -> Program:
    """The Program, proven legal."""
    parameters = shape.architecture.parameters
    if parameters > LARGEST_PARAMETERS:
        raise CommandError(
            f"A model of {parameters:,} parameters cannot be true: correct its sizes."
        )
    try:
        return compile_program(shape.architecture)
    except DoesNotFit as error:
        raise CommandError(str(error)) from None
    except Illegal as error:
        raise CommandError(
            f"The program for this shape is not legal ({error}): please report it, with the config."
        ) from None
