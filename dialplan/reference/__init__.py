"""The language of the configuration, described once: for the reference, for editors, and for the checks.

`nodes.PAGES` has every kind of node with its fields and exits, `files.FILES` every file. The pages in `docs/`
and the JSON Schemas in `docs/schema/` are made from these; tests hold them against what the readers ask for.
"""
