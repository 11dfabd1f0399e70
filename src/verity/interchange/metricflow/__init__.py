"""dbt's MetricFlow: semantic models, metrics and saved queries, read."""
