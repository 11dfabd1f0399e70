"""Questions with known answers, and how they are scored: by result rows and behaviour, with no judge."""
