"""The six stages of a job, each a plain function from one frozen contract to the next."""
