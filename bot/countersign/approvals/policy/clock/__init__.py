"""Time under a policy: durations, working hours, holidays, freezes, and when timers are due."""
