"""The 21 features: a small pure function each, declared in ``schema``, computed by ``build``."""
