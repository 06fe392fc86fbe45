"""Prompts: from any recording or from words to A-law files, and back from heard audio to names.

Everything here is calculation on values; files are touched only by functions that say so. No clock,
no asyncio, and nothing of `ivr` or `dialplan`.
"""
