"""`--model` or `--config` → a shape on its chips → its Program, proven, or one line why not."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lpu_engine.catalog import Catalog, ProgramClock, UnknownModel, load_catalog
from lpu_engine.commands.arguments import CommandError
from lpu_engine.compiler.legal import Illegal
from lpu_engine.compiler.pipeline.pieces import BadDeployment
from lpu_engine.compiler.pipeline.program import Fitted
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.deployment import AnyProgram, Deployment, program_for
from lpu_engine.model.architecture import (
    Architecture,
    BadConfig,
    UnsupportedArchitecture,
    read_architecture,
)

LARGEST_PARAMETERS = 10**13  # far above every model; more would only take for ever to place


@dataclass(frozen=True, slots=True)
class Shape:
    """What is compiled, on which chips, and the name that it is told by."""

    name: str
    deployment: Deployment

    @property
    def architecture(self) -> Architecture:
        """Of the model."""
        return self.deployment.architecture

    @property
    def tokens(self) -> int:
        """The context that there is to be room for."""
        return self.deployment.window or self.architecture.window


def chosen_shape(chosen: Namespace) -> Shape:
    """The shape that --model or --config names, on the chips that are asked for."""
    shape = named_shape(chosen)
    asked = replace(
        shape.deployment,
        chips=chosen.chips or shape.deployment.chips,
        group=chosen.group,
        users=chosen.users or 1,
    )
    return replace(shape, deployment=asked)


def named_shape(chosen: Namespace) -> Shape:
    """The shape that --model or --config names, on its own chips."""
    if chosen.config is None:
        return catalog_shape(chosen.model)
    try:
        architecture = read_architecture(chosen.config)
    except (BadConfig, UnsupportedArchitecture) as error:
        raise CommandError(str(error)) from None
    return Shape(_name(chosen.config), Deployment(architecture))


def catalog_shape(model_id: str) -> Shape:
    """A model of the catalog on its own chips, with the context that it is served with."""
    catalog = load_catalog()
    try:
        model = catalog.model(model_id)
    except UnknownModel as error:
        raise CommandError(str(error)) from None
    if not isinstance(model.clock, ProgramClock):
        raise CommandError(_no_program(catalog, model.id))
    return Shape(model.id, model.clock.deployment())


def _name(config: Path) -> str:
    """What a shape is called: its folder, or the file where that has a name of its own."""
    path = config.resolve()
    return path.parent.name if path.name == "config.json" else path.stem


def _no_program(catalog: Catalog, model_id: str) -> str:
    can = [model.id for model in catalog.models if isinstance(model.clock, ProgramClock)]
    return (
        f"{model_id} has no program here, only the clock of this machine:"
        f" choose --model {' or '.join(can)}, or give a shape with --config."
    )


def with_window(shape: Shape, option: str, tokens: int) -> Shape:
    """The same shape with room for a context of so many tokens."""
    window = shape.architecture.window
    if tokens > window:
        raise CommandError(
            f"{option} {tokens:,} is more than the model's window of {window:,} tokens:"
            f" give at most {window:,}."
        )
    return replace(shape, deployment=replace(shape.deployment, window=tokens))


def proven_program(shape: Shape, fitted: Fitted | None = None) -> AnyProgram:
    """The Program, proven legal, with what was fitted once; one line for what cannot be."""
    check_size(shape)
    with refused_in_one_line():
        return program_for(shape.deployment, fitted)


def check_size(shape: Shape) -> None:
    """Raises CommandError for a model that cannot be."""
    parameters = shape.architecture.parameters
    if parameters > LARGEST_PARAMETERS:
        raise CommandError(
            f"A model of {parameters:,} parameters cannot be true: correct its sizes."
        )


@contextmanager
def refused_in_one_line() -> Iterator[None]:
    """What a compiler or its proof refuses, as CommandError."""
    try:
        yield
    except (DoesNotFit, BadDeployment) as error:
        raise CommandError(str(error)) from None
    except Illegal as error:
        raise CommandError(
            f"The program for this shape is not legal ({error}): please report it, with the config."
        ) from None
