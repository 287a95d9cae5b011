import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import com.google.common.util.concurrent.ListenableFuture;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

/**
 * A producer of the Kinesis Producer Library, whose own program sends. Each line that it reads, "FROM COUNT", are numbers that it
 * puts; of each record it says "NUMBER SHARD SEQUENCE-NUMBER ATTEMPTS", and "done" when all of a line are answered.
 */
public final class Producer {
    public static void main(String[] words) throws Exception {
        String stream = words[0];
        long port = Long.parseLong(words[1]);
        AwsBasicCredentials key = AwsBasicCredentials.create(words[2], words[3]);
        KinesisProducerConfiguration config = new KinesisProducerConfiguration()
                .setRegion("us-east-1")
                .setCredentialsProvider(StaticCredentialsProvider.create(key))
                .setKinesisEndpoint("127.0.0.1").setKinesisPort(port)
                .setCloudwatchEndpoint("127.0.0.1").setCloudwatchPort(port)
                .setStsEndpoint("127.0.0.1").setStsPort(port)
                // It trusts the authorities that it brings along, and no other.
                .setVerifyCertificate(false)
                .setMetricsLevel("none")
                .setRecordMaxBufferedTime(50);
        KinesisProducer producer = new KinesisProducer(config);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            long from = Long.parseLong(line.split(" ")[0]);
            long count = Long.parseLong(line.split(" ")[1]);
            List<ListenableFuture<UserRecordResult>> sent = new ArrayList<>();
            for (long number = from; number < from + count; number++) {
                ByteBuffer data = ByteBuffer.wrap(Long.toString(number).getBytes(StandardCharsets.UTF_8));
                sent.add(producer.addUserRecord(stream, "key-" + number % 23, data));
            }
            for (int at = 0; at < sent.size(); at++) {
                UserRecordResult result = sent.get(at).get();
                System.out.println((from + at) + " " + result.getShardId() + " " + result.getSequenceNumber() + " "
                        + result.getAttempts().size());
            }
            System.out.println("done");
        }
        producer.flushSync();
        producer.destroy();
        System.exit(0);
    }
}
