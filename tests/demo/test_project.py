"""What the demo reads of somebody's LangGraph project."""

import json
from pathlib import Path

from countersign.demo.project import DemoSettings, Project


def project(folder: Path, **entries: object) -> Project:
    config = folder / "langgraph.json"
    config.write_text(json.dumps({"graphs": {"a": "./a.py:graph", "b": "./inner/b.py:graph"}, **entries}))
    return Project(config=config)


def test_the_folder_and_its_local_dependencies_are_its_sources(tmp_path: Path) -> None:
    home, lib = tmp_path / "home", tmp_path / "lib"
    home.mkdir()
    lib.mkdir()
    found = project(home, dependencies=[".", "../lib", "langchain-openai"])
    assert found.sources == (home, lib)
    assert found.graph_names == ("a", "b")


def test_of_the_bots_own_only_the_graphs_are(tmp_path: Path) -> None:
    config = project(tmp_path).config
    found = Project(config=config, whole_folder=False)
    assert found.sources == (config, tmp_path, tmp_path / "inner")


def test_a_config_that_cannot_be_read_is_watched_all_the_same(tmp_path: Path) -> None:
    config = tmp_path / "langgraph.json"
    config.write_text("{")
    assert Project(config=config).sources == (tmp_path,)
    assert Project(config=config).graph_names == ()


def test_its_settings_are_a_file_or_stand_in_it(tmp_path: Path) -> None:
    (tmp_path / "own.env").write_text("A=1\nB='two'\n")
    assert project(tmp_path, env="./own.env").settings() == {"A": "1", "B": "two"}
    assert project(tmp_path, env={"A": 1}).settings() == {"A": "1"}
    assert project(tmp_path, env="missing.env").settings() == {}


def test_files_are_read_again_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MODEL=old\nSAME=file\n")
    found = project(tmp_path, env={"MODEL": "project", "OTHER": "project"})
    # What was in the file when the demo began is in its environment, too.
    surroundings = DemoSettings({"MODEL": "old", "SAME": "mine", "X": "1"}, found, file)
    assert surroundings.now() == {"MODEL": "old", "OTHER": "project", "SAME": "mine", "X": "1"}
    file.write_text("MODEL=new\n")
    assert surroundings.now()["MODEL"] == "new"
    file.unlink()
    assert surroundings.now()["MODEL"] == "project"
