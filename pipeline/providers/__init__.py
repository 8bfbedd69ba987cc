"""Who makes pictures and words: the contracts in ``base``, the local generator, and vendors' adapters."""
