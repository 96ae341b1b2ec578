"""The queue: one job per thing that came in, worked off in order per thread, by whichever worker is alive."""
