"""What the city can prove about use: telemetry, evidence, verdicts, cases, right-sizing, cost."""
