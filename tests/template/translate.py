"""The template as CloudFormation gets it. Run by itself it prints that, as JSON."""

import json
from pathlib import Path

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template.yaml"

# The Region decides nothing in the output but has to be one.
REGION = "eu-central-1"


def translate():
    """What the service's translator makes of the template."""
    template = yaml_parse(TEMPLATE.read_text())
    # `sam deploy` uploads the code first and puts its place here.
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    session = boto3.Session(region_name=REGION)
    return Translator({}, Parser(), boto_session=session).translate(template, {})


if __name__ == "__main__":
    print(json.dumps(translate(), indent=1))
