"""`manage.py pull`, `models` and `remove` as a user runs them, against a hub on loopback."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import numpy as np
import pytest
from checkpoints import edit_json, write_checkpoint
from hub import COMMIT, Hub, Repo, served
from huggingface_hub.utils import hf_raise_for_status

from lpu_engine import pulled
from playground.hub import CannotPull, told
from playground.pulling import check_id

ID = "tiny/Talker"
WEIGHTS = "model.safetensors"
OTHER = "0" * 39 + "2"
MIB = 2**20
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class User:
    """Somebody with a terminal: a home of their own, and this project."""

    project: Path
    home: Path
    endpoint: str

    @property
    def models(self) -> Path:
        return self.home.with_name("models")

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "HF_HOME": str(self.home / "hf"),
            "HF_ENDPOINT": self.endpoint,
            "HF_HUB_DOWNLOAD_TIMEOUT": "2",
            "PLAYGROUND_MODELS": str(self.models),
            "SECRET_KEY": "of a test",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def starts(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=self.project,
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def runs(self, *arguments: str, **more: str) -> Done:
        process = self.starts(*arguments, **more)
        out, errors = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, out, errors)

    def gets(self, *arguments: str, **more: str) -> str:
        """What a command prints when all goes well."""
        done = self.runs(*arguments, **more)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def is_told(self, *arguments: str, **more: str) -> str:
        """The one line of a command that fails."""
        done = self.runs(*arguments, **more)
        assert (done.returncode, done.stdout) == (1, ""), done
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    @property
    def installed(self) -> list[str]:
        return [each.id for each in pulled(self.models)]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the tests that do not change it."""
    return write_checkpoint(tmp_path_factory.mktemp("hub") / "talker")


@pytest.fixture
def hub(checkpoint: Path) -> Hub:
    """With one model."""
    hub = Hub()
    hub.repos[ID] = Repo(checkpoint)
    return hub


@pytest.fixture
def user(hub: Hub, project: Path, tmp_path: Path) -> Iterator[User]:
    home = tmp_path / "home"
    home.mkdir()
    with served(hub) as endpoint:
        yield User(project, home, endpoint)


def own(hub: Hub, folder: Path, **shape: object) -> Path:
    """A model of this test alone, in place of the shared one."""
    hub.repos[ID] = Repo(write_checkpoint(folder / "own", **shape))  # type: ignore[arg-type]
    return hub.repos[ID].folder


def left(user: User) -> list[str]:
    """Files of a model that are in nobody's place; locks and empty folders are none."""
    if not user.models.exists():
        return []
    paths = (path for path in user.models.rglob("*") if path.is_file())
    return sorted(path.name for path in paths if path.suffix != ".lock")


def test_a_pulled_model_is_whole_in_its_place(hub: Hub, user: User, checkpoint: Path) -> None:
    said = user.gets("pull", ID)
    assert said.startswith("Pulled tiny/Talker: 0.1M parameters, ")
    assert said.endswith("Try it: make run, then pick it at the prompt box.\n")
    (found,) = pulled(user.models)
    assert (found.revision, found.commit, found.licence) == ("main", COMMIT, "apache-2.0")
    assert (found.folder / WEIGHTS).read_bytes() == (checkpoint / WEIGHTS).read_bytes()
    record = json.loads((found.folder / "pulled.json").read_text(encoding="utf-8"))
    assert (record["id"], record["revision"], record["commit"]) == (ID, "main", COMMIT)
    assert sorted(path.name for path in found.folder.iterdir()) == [
        "config.json", WEIGHTS, "pulled.json", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip


def test_a_pull_asks_for_that_model_alone_and_writes_nowhere_else(hub: Hub, user: User) -> None:
    user.gets("pull", ID, AI_AGENT="a test")
    files = (f"/{ID}/resolve/{COMMIT}/", f"/api/models/{ID}/revision/main")
    assert [asked for asked in hub.asked if not asked.path.startswith(files)] == []
    assert list(user.home.iterdir()) == []


def test_only_what_is_needed_is_downloaded_and_the_config_first(
    hub: Hub, user: User, tmp_path: Path
) -> None:
    folder = own(hub, tmp_path)
    for name in ("README.md", "LICENSE", "pytorch_model.bin", "consolidated.safetensors"):
        (folder / name).write_bytes(b"not needed")
    (folder / "chat_template.jinja").write_text("{{ messages[0]['content'] }}", encoding="utf-8")
    user.gets("pull", ID)
    files = [asked.path.rsplit("/", 1)[1] for asked in hub.asked if "/resolve/" in asked.path]
    assert files[0] == "config.json"
    assert files[-1] == WEIGHTS
    assert set(files) == {
        "config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", WEIGHTS,
    }  # fmt: skip


def test_shards_come_with_their_index(hub: Hub, user: User, tmp_path: Path) -> None:
    own(hub, tmp_path, shards=3)
    user.gets("pull", ID)
    assert len(list((user.models / ID).glob("model-*-of-00003.safetensors"))) == 3
    assert user.installed == [ID]


def test_what_is_here_is_not_downloaded_again(hub: Hub, user: User) -> None:
    user.gets("pull", ID)
    hub.asked.clear()
    said = user.gets("pull", ID)
    assert said.startswith("Here already: tiny/Talker: 0.1M parameters, ")
    assert "commit 00000000." in said
    assert [asked.path for asked in hub.asked] == [f"/api/models/{ID}/revision/main"]


def test_another_revision_takes_the_place_of_the_one_that_is_here(
    hub: Hub, user: User, tmp_path: Path
) -> None:
    user.gets("pull", ID)
    folder = own(hub, tmp_path, seed=1)
    hub.repos[ID].commit, hub.repos[ID].revisions = OTHER, ("main", "refs/pr/1")
    user.gets("pull", ID, "--revision", "refs/pr/1")
    (found,) = pulled(user.models)
    assert (found.revision, found.commit) == ("refs/pr/1", OTHER)
    assert (found.folder / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes()
    assert [path for path in (user.models / ".partial/tiny").iterdir() if path.is_dir()] == []


def test_an_update_that_fails_leaves_what_was_here(hub: Hub, user: User, tmp_path: Path) -> None:
    user.gets("pull", ID)
    edit_json(own(hub, tmp_path) / "config.json", vocab_size=321)
    hub.repos[ID].commit = OTHER
    user.is_told("pull", ID)
    assert [each.commit for each in pulled(user.models)] == [COMMIT]


def test_without_a_network_what_is_here_is_told(user: User) -> None:
    user.gets("pull", ID)
    said = user.gets("pull", ID, HF_HUB_OFFLINE="1")
    assert said.startswith("Here already: ")
    assert said.endswith("HF_HUB_OFFLINE forbids to ask the hub: unset it to pull.\n")


def test_without_a_network_nothing_can_be_pulled(user: User) -> None:
    said = user.is_told("pull", ID, HF_ENDPOINT="http://127.0.0.1:1")
    assert said.startswith("http://127.0.0.1:1 cannot be reached (")
    assert "HF_HUB_OFFLINE forbids" in user.is_told("pull", ID, HF_HUB_OFFLINE="1")
    assert left(user) == []


def test_an_endpoint_that_is_no_hub_is_told(project: Path, user: User, hub: Hub) -> None:
    hub.repos[ID].lies[WEIGHTS] = {"size": None}
    assert "does not answer as a hub does: check HF_ENDPOINT" in user.is_told("pull", ID)


def test_an_unknown_model_is_told(user: User) -> None:
    assert "There is no model tiny/Nobody on " in user.is_told("pull", "tiny/Nobody")


def test_an_unknown_revision_is_told(user: User) -> None:
    said = user.is_told("pull", ID, "--revision", "v9")
    assert said.startswith("tiny/Talker has no revision 'v9': choose a branch")


def test_a_gated_model_says_what_to_accept_and_a_token_opens_it(hub: Hub, user: User) -> None:
    hub.repos[ID].token = "hf_secret"
    said = user.is_told("pull", ID)
    assert f"accept its licence at {user.endpoint}/{ID}, then set HF_TOKEN" in said
    assert left(user) == []
    user.gets("pull", ID, HF_TOKEN="hf_secret")
    assert user.installed == [ID]


@pytest.mark.parametrize(
    "name",
    [
        "Talker", "a/b/c", "../Talker", "tiny/..", ".partial/tiny", "/etc/passwd", "tiny/", "",
        "tiny/Talk er", "tiny/Talker\n", "https://huggingface.co/tiny/Talker", "tiny\\Talker",
    ],
)  # fmt: skip
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(CannotPull, match="is no name of a model: give ORG/NAME"):
        check_id(name)


def test_a_name_that_is_none_reaches_neither_hub_nor_disk(hub: Hub, user: User) -> None:
    assert "'../Talker' is no name of a model" in user.is_told("pull", "../Talker")
    assert (hub.asked, user.models.exists()) == ([], False)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"architectures": ["MambaForCausalLM"]}, "MambaForCausalLM"),
        ({"quantization_config": {"bits": 4}}, "quantised checkpoint"),
        ({"hidden_size": "wide"}, "hidden_size in config.json should be"),
    ],
)
def test_a_shape_that_is_not_computed_is_refused_before_any_weight(
    hub: Hub, user: User, tmp_path: Path, config: dict[str, object], says: str
) -> None:
    own(hub, tmp_path, config=config)
    said = user.is_told("pull", ID)
    assert said.startswith("tiny/Talker cannot be used: ")
    assert says in said
    files = [asked.path.rsplit("/", 1)[1] for asked in hub.asked if "/resolve/" in asked.path]
    assert files == ["config.json"]
    assert left(user) == []


def test_a_model_that_is_not_for_chat_is_refused_before_any_weight(
    hub: Hub, user: User, tmp_path: Path
) -> None:
    edit_json(own(hub, tmp_path) / "tokenizer_config.json", chat_template=None)
    assert "Talker has no chat template" in user.is_told("pull", ID)
    assert hub.of_file(WEIGHTS) == []
    assert left(user) == []


def test_pickles_are_refused(hub: Hub, user: User, tmp_path: Path) -> None:
    folder = own(hub, tmp_path)
    (folder / WEIGHTS).rename(folder / "pytorch_model.bin")
    assert "only as pickles (pytorch_model.bin)" in user.is_told("pull", ID)
    (folder / "pytorch_model.bin").unlink()
    assert "has no model.safetensors" in user.is_told("pull", ID)
    assert left(user) == []


def test_a_model_of_another_program_is_refused(hub: Hub, user: User, tmp_path: Path) -> None:
    (own(hub, tmp_path) / "tokenizer.json").unlink()
    assert "has no tokenizer.json: choose a model of transformers" in user.is_told("pull", ID)


def test_weights_of_another_shape_are_refused(hub: Hub, user: User, tmp_path: Path) -> None:
    edit_json(own(hub, tmp_path) / "config.json", vocab_size=321)
    said = user.is_told("pull", ID)
    assert "The weights in Talker do not fit: " in said
    assert str(user.models) not in said
    assert left(user) == []


def test_a_weight_that_is_not_a_number_is_refused(hub: Hub, user: User, tmp_path: Path) -> None:
    path = own(hub, tmp_path) / WEIGHTS
    content = bytearray(path.read_bytes())
    content[-4:] = np.float32("nan").tobytes()
    path.write_bytes(content)
    assert "holds numbers that are not finite" in user.is_told("pull", ID)
    assert left(user) == []


def test_a_file_that_comes_otherwise_than_the_hub_says_is_thrown_away(hub: Hub, user: User) -> None:
    hub.repos[ID].lies[WEIGHTS] = {"lfs": {"sha256": "f" * 64, "size": 1, "pointerSize": 1}}
    assert "model.safetensors of tiny/Talker came broken" in user.is_told("pull", ID)
    assert [name for name in left(user) if "safetensors" in name] == []
    hub.repos[ID].lies.clear()
    user.gets("pull", ID)


@pytest.mark.parametrize("size", [100, 200_000])
def test_a_file_of_another_size_than_the_hub_says_is_thrown_away(
    hub: Hub, user: User, checkpoint: Path, size: int
) -> None:
    true = (checkpoint / "tokenizer.json").stat().st_size
    assert 100 < true < 200_000
    hub.repos[ID].lies["tokenizer.json"] = {"size": size}
    assert "in another size than the hub says" in user.is_told("pull", ID)
    assert left(user) == ["config.json"]
    assert user.installed == []


def test_a_disk_without_room_is_told_before_any_weight(hub: Hub, user: User) -> None:
    hub.repos[ID].lies[WEIGHTS] = {"size": 10**18}
    said = user.is_told("pull", ID)
    assert said.startswith("The disk has ")
    assert "and 1,000,000,000 GB are needed: make room" in said
    assert hub.of_file(WEIGHTS) == []


def test_a_disk_that_fills_up_on_the_way_is_told() -> None:
    says = r"The disk is full: make room, .* goes on with what is here"
    with pytest.raises(CannotPull, match=says), told(ID, "main"):
        raise OSError(errno.ENOSPC, "No space left on device", "model.safetensors")


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "does not know HF_TOKEN: set it to a valid token"), (503, "refuses with status 503")],
)
def test_what_the_hub_refuses_otherwise_is_told(status: int, says: str) -> None:
    response = httpx2.Response(status, request=httpx2.Request("GET", "http://127.0.0.1/"))
    with pytest.raises(CannotPull, match=says), told(ID, "main"):
        hf_raise_for_status(response)


@pytest.fixture
def large(hub: Hub, tmp_path: Path) -> Path:
    """A model whose weights are more than the library takes at once."""
    return own(hub, tmp_path, width=512, feed_forward=1536, layers=3)


def test_a_connection_that_was_cut_is_taken_up_where_it_ended(
    hub: Hub, user: User, large: Path
) -> None:
    size = (large / WEIGHTS).stat().st_size
    hub.cuts[WEIGHTS] = [11 * MIB]
    user.gets("pull", ID)
    assert [asked.range for asked in hub.of_file(WEIGHTS)] == [None, f"bytes={10 * MIB}-"]
    assert size > 20 * MIB
    assert user.installed == [ID]


def test_after_ctrl_c_the_same_command_goes_on_where_it_ended(
    hub: Hub, user: User, large: Path
) -> None:
    hub.hangs_at[WEIGHTS] = 11 * MIB
    process = user.starts("pull", ID, HF_HUB_DOWNLOAD_TIMEOUT="600")
    assert hub.is_hanging.wait(60)
    while not any(path.stat().st_size >= 10 * MIB for path in parts(user)):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate()
    said = f"Stopped: the same command goes on with what is here of {ID}.\n"
    assert (process.returncode, out, errors) == (1, "", said)
    assert user.installed == []
    hub.hangs_at.clear()
    user.gets("pull", ID)
    assert [asked.range for asked in hub.of_file(WEIGHTS)] == [None, f"bytes={10 * MIB}-"]
    assert len(hub.of_file("tokenizer.json")) == 1
    assert user.installed == [ID]


def parts(user: User) -> list[Path]:
    return list(user.models.glob(".partial/*/*/*.part"))


def test_what_is_left_of_another_commit_does_not_get_in(
    hub: Hub, user: User, tmp_path: Path
) -> None:
    partial = user.models / ".partial" / ID
    write_checkpoint(partial, seed=1)
    (partial / "generation_config.json").write_text("{}", encoding="utf-8")
    user.gets("pull", ID)
    assert not (user.models / ID / "generation_config.json").exists()
    assert (user.models / ID / WEIGHTS).read_bytes() == (
        hub.repos[ID].folder / WEIGHTS
    ).read_bytes()


def test_a_model_that_is_being_pulled_is_left_alone(hub: Hub, user: User) -> None:
    hub.hangs_at[WEIGHTS] = 10
    first = user.starts("pull", ID, HF_HUB_DOWNLOAD_TIMEOUT="600")
    assert hub.is_hanging.wait(60)
    for command in ("pull", "remove"):
        assert "is being pulled just now: wait for that" in user.is_told(command, ID)
    first.send_signal(signal.SIGINT)
    first.communicate()


def test_the_models_that_are_here_are_listed_pebble_first(user: User) -> None:
    user.gets("pull", ID)
    lines = user.gets("models").splitlines()
    assert lines[0].split("  ")[0] == "id"
    assert [line.split()[0] for line in lines[1:]] == ["pebble", ID]
    assert lines[2].split()[-2:] == ["256", "apache-2.0"]
    (pebble, row) = json.loads(user.gets("models", "--json"))["models"]
    assert (pebble["id"], pebble["parameters"], pebble["commit"]) == ("pebble", 9_302_080, None)
    assert (row["id"], row["window"], row["licence"]) == (ID, 256, "apache-2.0")
    assert row["bytes"] == sum(path.stat().st_size for path in (user.models / ID).iterdir())


def test_a_removed_model_frees_its_room_and_is_gone(user: User) -> None:
    user.gets("pull", ID)
    (user.models / ".partial" / ID).mkdir()
    (user.models / ".partial" / ID / "left.part").write_bytes(b"left")
    assert user.gets("remove", ID).startswith(f"Removed {ID}: ")
    assert left(user) == []
    assert [path.name for path in user.models.iterdir()] == [".partial"]
    assert user.is_told("remove", ID) == f"{ID} is not here; pulled models: none.\n"


def test_only_a_pulled_model_can_be_removed(user: User) -> None:
    user.gets("pull", ID)
    assert user.is_told("remove", "tiny/Nobody") == (
        f"tiny/Nobody is not here; pulled models: {ID}.\n"
    )
    assert "is no name of a model" in user.is_told("remove", "../models")
    assert user.installed == [ID]
