"""What happens when there is a lot of everything: `python -m benchmarks.scale`."""
