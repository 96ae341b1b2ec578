"""A bot that hosts the graphs of `project`."""

from pathlib import Path

from tests.scenario.guides.conftest import player_of

player = player_of(Path(__file__).parent / "project")
