"""In which of our two languages a visitor reads a page."""

LANGUAGES = ("it", "en")


def preferred(accept_language: str) -> str:
    """The best of our languages for the header `Accept-Language` (RFC 9110, 12.5.4); Italian where it names neither."""
    best, weight = LANGUAGES[0], 0.0
    for part in accept_language.split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
