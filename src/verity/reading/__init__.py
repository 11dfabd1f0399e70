"""How a question in words becomes one MetricQuery, a question back, or a refusal with its reason.

Promises: no score chooses anything. Every word of an accepted question plays exactly one role; what is not fully
understood is asked back or refused with a reason code. Pure: the vocabulary, today and `check` are handed in.
Read first: `read.py` (the stages in order), then `grammar.py` (what a question may look like).
May import: `verity.contracts`, `verity.exceptions`, `verity.data`, `verity.semantic`, simplemma and rapidfuzz (lazily).

    from verity.reading.read import read_question
    from verity.reading.vocabulary import build_vocabulary

    read_question(Question(text="orders by month in 2018", today=today), build_vocabulary(catalog, values), check)
"""
