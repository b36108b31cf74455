"""The state that controllers and web share through Redis: never the only copy of a call's fact."""
