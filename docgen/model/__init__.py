"""The data of all stages: the classes of the kit, answers, intakes, findings, display values, wordings."""
