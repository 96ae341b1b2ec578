"""The job queue: one job per inbound event, processed in order per thread, by any live worker."""
