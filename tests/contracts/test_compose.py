"""The production installation, read from docker-compose.yml and Dockerfile."""

import configparser
import re
from pathlib import Path

import pytest
import yaml

from pipeline.cli.entry import COMMANDS
from pipeline.settings import Settings

ROOT = Path(__file__).parents[2]
SECRETS = {
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "STORAGE_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_SECRET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_ADMIN_PASSWORD",
}


@pytest.fixture(scope="module")
def compose():
    """docker-compose.yml as a value."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def ours(compose):
    """The services that run our image."""
    return {name: one for name, one in compose["services"].items() if one["image"].startswith("headwater")}


def test_every_part_of_production_is_there(compose):
    """PostgreSQL, Redis, object storage, Airflow with Celery workers, MLflow and the inference server."""
    commands = {" ".join(one.get("command", [])) for one in compose["services"].values()}
    images = {one["image"].partition(":")[0] for one in compose["services"].values()}
    assert {"postgres", "redis", "minio/minio"} <= images
    assert {
        "airflow api-server",
        "airflow scheduler",
        "airflow dag-processor",
        "airflow triggerer",
        "airflow celery worker",
    } <= commands
    assert any(command.startswith("mlflow server") for command in commands)
    assert any(command.startswith("headwater serve") for command in commands)


def test_no_image_is_unpinned(compose):
    """Every image names a version."""
    images = [one["image"] for one in compose["services"].values()]
    assert [image for image in images if ":" not in image or "latest" in image] == []


def test_secrets_come_from_outside():
    """No password stands in the file; one that is missing stops `docker compose up` with its name."""
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?set \1\}", text)) == SECRETS
    assert not SECRETS & set(re.findall(r"\$\{(\w+)[:-]-?[^?}]*\}", text))


def test_our_settings_are_understood(ours):
    """Every HEADWATER_ name that is set is one that our settings read."""
    given = {name for one in ours.values() for name in one["environment"] if name.startswith("HEADWATER_")}
    read = Settings.from_environment({name: f"value-of-{name}" for name in given})
    values = " ".join(str(getattr(read, name)) for name in Settings.__slots__)
    assert [name for name in given if f"value-of-{name}" not in values] == []


def test_dependencies_and_volumes_exist(compose):
    """Whatever a service waits for or writes to is defined, and nothing waits for itself in a circle."""
    names, volumes = set(compose["services"]), set(compose["volumes"])
    waits = {name: set(one.get("depends_on", {})) for name, one in compose["services"].items()}
    used = {volume.partition(":")[0] for one in compose["services"].values() for volume in one.get("volumes", [])}
    assert set().union(*waits.values()) <= names
    assert {name for name in used if not name.startswith(".")} == volumes
    while waits:
        ready = {name for name, wanted in waits.items() if not wanted & waits.keys()}
        assert ready
        waits = {name: wanted for name, wanted in waits.items() if name not in ready}


def test_ports_are_open_to_this_host_only(compose):
    """What people look at is published on loopback; a proxy in front decides about the rest."""
    ports = [port for one in compose["services"].values() for port in one.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_commands_of_ours_exist(ours):
    """`headwater` is called with commands that it has."""
    called = [one["command"][1] for one in ours.values() if one["command"][0] == "headwater"]
    assert called
    assert set(called) <= COMMANDS.keys()


def test_the_image_is_made_from_files_that_are_there():
    """Everything that the Dockerfile copies exists, and is let through to it, the lock among them."""
    copied = {
        word
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY")
        for word in line.split()[1:-1]
    }
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_through
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert "requirements.lock" in copied


def test_the_image_runs_our_oldest_python():
    """The image's Python is the one that setup.cfg begins with and the lock was made for."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    oldest = setup["options"]["python_requires"].removeprefix(">=")
    assert f"FROM python:{oldest}-slim" in (ROOT / "Dockerfile").read_text()
