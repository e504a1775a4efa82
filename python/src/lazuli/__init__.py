"""What Lazuli runs inside users' Python environments: scoring, components, automl."""
