"""What English says between what was said and what is meant instead: "no, sorry, I mean"."""

from typing import Final

_OH: Final = r"(?:oh|ah|er|erm|um|no|well|oops|whoops|sorry),?"
SURE: Final = (
    r"(?:no,? wait|no,? sorry|sorry,? no|i mean|i meant|or rather|make that|scratch that|"
    r"strike that|(?:no,? )?(?:i )?tell a lie|i (?:got|had|said) (?:that|it) wrong|i misspoke|"
    r"slip of the tongue|i lie(?! (?:down|in|on|there|back)\b)|forget that|that's wrong|"
    r"ignore that)"
)
"""Says so wherever it stands."""
_WORDS: Final = (
    rf"(?:{SURE}|no(?: no)*|nope|(?:i'm |so )?sorry|make it|rather|actually|wait|not that|"
    r"that's (?:wrong|not right|not it)|wrong|oops|whoops|my mistake|correction|hang on|hold on|"
    r"(?:let me )?start again|what am i saying|silly me|i should(?: have)? (?:say|said)|"
    r"excuse me|(?:i )?beg your pardon|pardon(?: me)?|i take that back)"
)
REPAIR: Final = (
    rf"[ ,.]*(?:\b{_OH}[ ,.]+)?(?:\b{_WORDS}\b[ ,.]*)+"
    r"(?:(?:it's|it is|it should be|that should be|i mean|make it|make that|sorry|at|take|have) )*"
)
"""All that may stand there, commas too."""
