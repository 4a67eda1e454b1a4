"""One module per platform: its export files, headers letter by letter as the platform has them.

A writer takes what happened and gives files as pairs of path below the inbox and bytes.
"""
