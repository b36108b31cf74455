"""What callers hear and what is recorded of them: prompts, speech, recordings."""
