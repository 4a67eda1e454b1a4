"""What changed since the last edition: figures compared, causes named, the page written.

``comparing`` sets the figures of two editions side by side; ``causes`` says which files, rates or
definitions moved them; ``differing`` answers ``review diff``; ``page`` is the page that each
edition holds, ``written`` and ``words`` how it reads.
"""
