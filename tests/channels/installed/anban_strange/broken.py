"""An import that fails."""

import anban_library_that_nobody_has  # type: ignore[import-not-found]  # noqa: F401
