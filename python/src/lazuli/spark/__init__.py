"""Spark jobs on the node itself: `spark-submit` of the environment's PySpark in local mode."""
