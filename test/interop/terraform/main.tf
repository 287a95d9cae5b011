# Everything of MSK that the provider knows, but for what needs other services of AWS.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "endpoint" {
  type = string
}
variable "brokers" {
  type    = number
  default = 3
}
variable "type" {
  type    = string
  default = "kafka.m5.large"
}
variable "volume" {
  type    = number
  default = 100
}
variable "monitoring" {
  type    = string
  default = "DEFAULT"
}
variable "kafka_version" {
  type    = string
  default = "3.8.x.kraft"
}
variable "properties" {
  type    = string
  default = "auto.create.topics.enable = true\n"
}
variable "vpc" {
  type    = bool
  default = false
}
variable "iam" {
  type    = bool
  default = false
}
variable "tags" {
  type    = map(string)
  default = { team = "a" }
}
variable "users" {
  type    = list(string)
  default = ["alice", "bob"]
}
variable "policy" {
  type    = string
  default = "kafka:Get*"
}
variable "groups" {
  type    = list(string)
  default = [".*"]
}

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
  endpoints {
    kafka          = var.endpoint
    secretsmanager = var.endpoint
    sts            = var.endpoint
  }
}

resource "aws_msk_configuration" "ours" {
  name              = "ours"
  kafka_versions    = ["3.8.x.kraft", "3.9.x.kraft"]
  server_properties = var.properties
}

resource "aws_msk_cluster" "ours" {
  cluster_name           = "ours"
  kafka_version          = var.kafka_version
  number_of_broker_nodes = var.brokers
  enhanced_monitoring    = var.monitoring
  broker_node_group_info {
    instance_type   = var.type
    client_subnets  = ["subnet-1", "subnet-2", "subnet-3"]
    security_groups = ["sg-1"]
    storage_info {
      ebs_storage_info { volume_size = var.volume }
    }
    connectivity_info {
      vpc_connectivity {
        client_authentication {
          sasl {
            scram = var.vpc
          }
        }
      }
    }
  }
  client_authentication {
    sasl {
      scram = true
      iam   = var.iam
    }
  }
  encryption_info {
    encryption_in_transit { client_broker = "TLS" }
  }
  configuration_info {
    arn      = aws_msk_configuration.ours.arn
    revision = aws_msk_configuration.ours.latest_revision
  }
  open_monitoring {
    prometheus {
      jmx_exporter { enabled_in_broker = true }
      node_exporter { enabled_in_broker = false }
    }
  }
  tags = var.tags
}

resource "aws_secretsmanager_secret" "user" {
  for_each                = toset(var.users)
  name                    = "AmazonMSK_${each.key}"
  kms_key_id              = "arn:aws:kms:us-east-1:000000000000:key/1"
  recovery_window_in_days = 0
}
resource "aws_secretsmanager_secret_version" "user" {
  for_each      = toset(var.users)
  secret_id     = aws_secretsmanager_secret.user[each.key].id
  secret_string = jsonencode({ username = each.key, password = "secret-${each.key}" })
}
resource "aws_secretsmanager_secret_policy" "user" {
  for_each   = toset(var.users)
  secret_arn = aws_secretsmanager_secret.user[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AWSKafkaResourcePolicy"
      Effect    = "Allow"
      Principal = { Service = "kafka.amazonaws.com" }
      Action    = "secretsmanager:getSecretValue"
      Resource  = aws_secretsmanager_secret.user[each.key].arn
    }]
  })
}
resource "aws_msk_scram_secret_association" "ours" {
  cluster_arn     = aws_msk_cluster.ours.arn
  secret_arn_list = [for user in var.users : aws_secretsmanager_secret.user[user].arn]
  depends_on      = [aws_secretsmanager_secret_version.user]
}
resource "aws_msk_cluster_policy" "ours" {
  cluster_arn = aws_msk_cluster.ours.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "a", Effect = "Allow", Principal = { "AWS" = "arn:aws:iam::111122223333:root" }, Action = [var.policy], Resource = aws_msk_cluster.ours.arn }]
  })
}
resource "aws_msk_vpc_connection" "ours" {
  count              = var.vpc ? 1 : 0
  authentication     = "SASL_SCRAM"
  target_cluster_arn = aws_msk_cluster.ours.arn
  vpc_id             = "vpc-1"
  client_subnets     = ["subnet-1", "subnet-2", "subnet-3"]
  security_groups    = ["sg-1"]
  tags               = var.tags
}
resource "aws_msk_serverless_cluster" "two" {
  cluster_name = "two"
  vpc_config {
    subnet_ids         = ["subnet-1", "subnet-2"]
    security_group_ids = ["sg-1"]
  }
  client_authentication {
    sasl {
      iam { enabled = true }
    }
  }
  tags = var.tags
}
resource "aws_msk_cluster" "target" {
  cluster_name           = "target"
  kafka_version          = "3.8.x.kraft"
  number_of_broker_nodes = 3
  broker_node_group_info {
    instance_type   = "kafka.m5.large"
    client_subnets  = ["subnet-1", "subnet-2", "subnet-3"]
    security_groups = ["sg-1"]
  }
  client_authentication {
    sasl {
      iam = true
    }
  }
}
resource "aws_msk_replicator" "copy" {
  replicator_name            = "copy"
  description                = "all of it"
  service_execution_role_arn = "arn:aws:iam::000000000000:role/copy"
  kafka_cluster {
    amazon_msk_cluster { msk_cluster_arn = aws_msk_cluster.ours.arn }
    vpc_config {
      subnet_ids          = ["subnet-1", "subnet-2", "subnet-3"]
      security_groups_ids = ["sg-1"]
    }
  }
  kafka_cluster {
    amazon_msk_cluster { msk_cluster_arn = aws_msk_cluster.target.arn }
    vpc_config {
      subnet_ids          = ["subnet-1", "subnet-2", "subnet-3"]
      security_groups_ids = ["sg-1"]
    }
  }
  replication_info_list {
    source_kafka_cluster_arn = aws_msk_cluster.ours.arn
    target_kafka_cluster_arn = aws_msk_cluster.target.arn
    target_compression_type  = "NONE"
    topic_replication {
      topics_to_replicate = [".*"]
    }
    consumer_group_replication {
      consumer_groups_to_replicate = var.groups
    }
  }
  tags = var.tags
}
data "aws_msk_cluster" "ours" {
  cluster_name = aws_msk_cluster.ours.cluster_name
}
data "aws_msk_broker_nodes" "ours" {
  cluster_arn = aws_msk_cluster.ours.arn
}
data "aws_msk_kafka_version" "any" {
  preferred_versions = ["9.9.9", "3.8.x.kraft"]
}
data "aws_msk_configuration" "ours" {
  name = aws_msk_configuration.ours.name
}
data "aws_msk_bootstrap_brokers" "two" {
  cluster_arn = aws_msk_serverless_cluster.two.arn
}
