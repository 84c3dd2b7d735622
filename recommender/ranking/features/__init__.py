"""The features: a small pure function each, declared in ``schema``, computed by ``build``."""
