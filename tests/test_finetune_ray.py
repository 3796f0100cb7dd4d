"""The same work on Ray Data: two nodes as processes on loopback, one of them killed on the way.

Run as: make test-ray
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from finetune.manifest import faults
from finetune.runners import OnRay, here, run
from tests.shard_works import Letters, diary, made, timeless

pytestmark = [pytest.mark.ray, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[1]
ITEMS = [f"item{number:02d}" for number in range(24)]
PORTS = ("metrics_agent_port", "metrics_export_port", "dashboard_agent_listen_port")


PATIENT = {  # on a machine that others keep busy a node takes its time to start
    "RAY_raylet_start_wait_time_s": "600",
    "RAY_agent_register_timeout_ms": "600000",
    "RAY_worker_register_timeout_seconds": "600",
    "RAY_py_gcs_connect_timeout_s": "600",
    "RAY_gcs_rpc_server_connect_timeout_s": "600",
    "RAY_gcs_server_request_timeout_seconds": "600",
}


@pytest.fixture
def ray_is_there(monkeypatch):
    on_loopback = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
    for name, value in {**on_loopback, **PATIENT}.items():
        monkeypatch.setenv(name, value)
    places = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))
    return pytest.importorskip("ray", reason='needs Ray Data: pip install "gainsay[ray]"')


@pytest.fixture
def cluster(ray_is_there):
    """A head and a second node, one CPU each."""
    from ray.cluster_utils import Cluster

    soon = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 1000}
    head = {**a_node(), "include_dashboard": False, "_system_config": soon}
    started = Cluster(initialize_head=True, head_node_args=head)
    yield started
    started.shutdown()


def a_node() -> dict:
    """One CPU on loopback; with ports that are settled a node does not wait for its agents."""
    with contextlib.ExitStack() as held:
        free = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(4)]
        ports = [taken.getsockname()[1] for taken in free]
    named = dict(zip((*PORTS, "runtime_env_agent_port"), ports, strict=True))
    return {"num_cpus": 1, "node_ip_address": "127.0.0.1", "object_store_memory": 80 << 20, **named}


def kill_when_both_work(cluster, node, out: Path) -> threading.Thread:
    """Kill a node's processes (SIGKILL) as soon as two workers have made something."""

    def watch() -> None:
        end_s = time.monotonic() + 800
        while time.monotonic() < end_s:
            if (out.parent / "diary").exists() and len({pid for _, pid in diary(out)}) == 2:
                cluster.remove_node(node, allow_graceful=False)
                return
            time.sleep(0.05)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_node_is_killed_and_nothing_is_lost_or_doubled(cluster, tmp_path):
    whole = timeless(run(Letters(tmp_path / "whole" / "out"), ITEMS, 1, here))
    node = cluster.add_node(**a_node())
    work = Letters(tmp_path / "cut" / "out", pause_s=0.5)
    killer = kill_when_both_work(cluster, node, work.out)
    manifest = run(work, ITEMS, 1, OnRay(cluster.address))
    killer.join()
    assert timeless(manifest) == whole
    assert faults(work.out) == []
    by_worker = {pid: sum(one == pid for _, one in diary(work.out)) for _, pid in diary(work.out)}
    assert len(cluster.list_all_nodes()) == 1
    assert min(by_worker.values()) < len(ITEMS) / 2  # who was killed; the other made the rest
    assert set(made(work.out)) == set(ITEMS)
    assert len(diary(work.out)) <= len(ITEMS) + 1  # the one that was in hand was begun twice

    def nobody(work, shards):
        raise AssertionError("nothing was to be done again")

    assert run(work, ITEMS, 1, nobody) == manifest


def test_songs_and_mixes_are_those_of_one_process(cluster, tmp_path):
    from finetune.mix_many import MixMany, items_of
    from finetune.song_set import SongSet
    from tests.scripted import song_folder

    songs = ["00049", "00059"]
    one, other = (SongSet(tmp_path / name, 0) for name in ("here", "ray"))
    on_ray = OnRay(cluster.address)
    assert timeless(run(other, songs, 1, on_ray)) == timeless(run(one, songs, 1, here))
    assert (other.out / "00049.safetensors").read_bytes() == (
        one.out / "00049.safetensors"
    ).read_bytes()
    for name in ("One", "Two"):
        song_folder(tmp_path / "stems" / name)
    root = tmp_path / "stems"
    mixes = [MixMany(root, tmp_path / name, effects=False) for name in ("m-here", "m-ray")]
    manifests = [
        timeless(run(work, items_of(root), 1, runner))
        for work, runner in zip(mixes, (here, on_ray), strict=True)
    ]
    assert manifests[0] == manifests[1]
    assert (manifests[0]["items"], manifests[0]["failed"]) == (2, 0)


def test_a_command_with_ray_local_makes_what_it_makes_without(ray_is_there, tmp_path):
    from tests.test_finetune_ear import write_songs

    write_songs(tmp_path / "songs", 3)
    for name, options in {"processes": [], "ray": ["--ray", "local", "--workers", "1"]}.items():
        command = [sys.executable, "-m", "finetune.encode", "--songs", tmp_path / "songs"]
        subprocess.run(
            [*command, "--out", tmp_path / name, *options], cwd=ROOT, env=os.environ, check=True
        )
    for file in sorted((tmp_path / "processes").glob("*.safetensors")):
        assert (tmp_path / "ray" / file.name).read_bytes() == file.read_bytes()
    assert faults(tmp_path / "ray") == []
