"""A shop's own catalogue from a file: ``read`` opens it, ``columns`` maps its header, ``cells`` and
``items`` check each row, ``plan`` compares with the store and writes what differs.
"""
