"""Programs that start processes for the runner: `start_commands.py` any command."""
