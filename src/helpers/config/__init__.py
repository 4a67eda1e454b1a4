"""What a workspace declares: company, stores, files; and how YAML is read strictly.

Belongs here: the shape of ``workspace.yml``, the one YAML reader every room uses, and the few
things every room does with files: replace them whole (``swap``), hash what was read
(``files_read``), say which disk is at fault (``disks``).
Does not: reading exports, or knowing a metric.
"""
