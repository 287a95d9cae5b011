import java.net.URI;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.lifecycle.events.*;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A worker of a KCL application, which tells on its output what it does: leases that it gets and loses, records, checkpoints.
 * Arguments: stream, name of the worker, endpoint of Kinesis, endpoint of DynamoDB, access key, secret, `polling` or `fan-out`.
 */
public class Worker {
  static String name;

  public static void main(String[] args) throws Exception {
    String stream = args[0];
    name = args[1];
    URI endpoint = URI.create(args[2]);
    URI leases = URI.create(args[3]);
    boolean isPolling = args[6].equals("polling");
    var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create(args[4], args[5]));
    var region = Region.US_EAST_1;
    var http = NettyNioAsyncHttpClient.builder().maxConcurrency(100);
    var kinesis = KinesisAsyncClient.builder().endpointOverride(endpoint).region(region).credentialsProvider(credentials)
        .httpClientBuilder(isPolling ? http.protocol(Protocol.HTTP1_1) : http.protocol(Protocol.HTTP2)).build();
    var dynamo = DynamoDbAsyncClient.builder().endpointOverride(leases).region(region).credentialsProvider(credentials)
        .httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1)).build();
    var cloudWatch = CloudWatchAsyncClient.builder().endpointOverride(endpoint).region(region)
        .credentialsProvider(credentials).build();
    ShardRecordProcessorFactory factory = Processor::new;
    var configs = new ConfigsBuilder(stream, "app-" + stream, kinesis, dynamo, cloudWatch, name, factory);
    var position = InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
    var retrieval = configs.retrievalConfig().initialPositionInStreamExtended(position);
    if (isPolling) retrieval.retrievalSpecificConfig(new PollingConfig(stream, kinesis).idleTimeBetweenReadsInMillis(250));
    var coordinator = configs.coordinatorConfig();
    coordinator.parentShardPollIntervalMillis(500);
    coordinator.shardConsumerDispatchPollIntervalMillis(100);
    var management = configs.leaseManagementConfig();
    management.failoverTimeMillis(Long.getLong("failover", 5_000));
    management.shardSyncIntervalMillis(1_000);
    management.leasesRecoveryAuditorExecutionFrequencyMillis(2_000);
    var scheduler = new Scheduler(configs.checkpointConfig(), coordinator, management, configs.lifecycleConfig(),
        configs.metricsConfig().metricsFactory(new NullMetricsFactory()), configs.processorConfig(), retrieval);
    new Thread(() -> {
      try {
        while (System.in.read() >= 0) {}
        scheduler.startGracefulShutdown().get();
        say("stopped");
        System.exit(0);
      } catch (Exception error) {
        error.printStackTrace();
        System.exit(1);
      }
    }).start();
    scheduler.run();
  }

  static synchronized void say(String line) {
    System.out.println(name + " " + line);
    System.out.flush();
  }

  static class Processor implements ShardRecordProcessor {
    String shard;

    public void initialize(InitializationInput input) {
      shard = input.shardId();
      say("begins " + shard + " at " + input.extendedSequenceNumber());
    }

    public void processRecords(ProcessRecordsInput input) {
      for (var record : input.records()) {
        var text = StandardCharsets.UTF_8.decode(record.data()).toString();
        say("record " + shard + " " + record.sequenceNumber() + " " + record.subSequenceNumber() + " " + text);
      }
      if (input.records().isEmpty()) return;
      try {
        input.checkpointer().checkpoint();
        say("checkpoint " + shard + " " + input.records().size());
      } catch (Exception error) {
        say("nocheckpoint " + shard + " " + input.records().size() + " " + error);
      }
    }

    public void leaseLost(LeaseLostInput input) {
      say("lost " + shard);
    }

    public void shardEnded(ShardEndedInput input) {
      try {
        input.checkpointer().checkpoint();
        say("ended " + shard);
      } catch (Exception error) {
        say("notended " + shard + " " + error);
      }
    }

    public void shutdownRequested(ShutdownRequestedInput input) {
      try {
        input.checkpointer().checkpoint();
      } catch (Exception error) {
        say("nocheckpoint " + shard + " 0 " + error);
      }
    }
  }
}
