"""A purchase history with its queries in one Parquet file, so that a shop can judge by its own.

``schema`` declares the columns, ``columns`` reads one of them, ``reading`` puts them together,
``writing`` makes such a file. docs/evaluation-file.md tells a shop what to write.
"""
