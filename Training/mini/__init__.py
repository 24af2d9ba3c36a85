"""The networks that `avatar` embeds: how they are defined, trained, exported and looked at."""
