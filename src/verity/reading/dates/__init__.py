"""The date grammar: English and Spanish phrases to exact periods, with the assumption that was made.

Promises: `until` is exclusive, an impossible date has no reading, and nothing is read that the grammar does not name.
No date library is used: all that were measured are confident and wrong on Spanish (`pasado` read as the current month).
Read first: `periods.py`, then `phrases.py`. May import: the reading lexicon and the standard library.

    from verity.reading.dates.phrases import dates_at

    dates_at(tokens_of("in March 2018"), 0, date(2018, 9, 1), "en")
"""
