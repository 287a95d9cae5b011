// A word count of Kafka Streams, exactly once, and a producer that feeds it: `WordCount BOOTSTRAP STATE_DIRECTORY`. It
// prints `running`; with a line on its input it stops to feed, and prints how many lines are acknowledged; it ends when its
// input does.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;

public class WordCount {
  static final String[] WORDS = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"};
  static final int LINES_AT_ONCE = 10;
  static final int PAUSE_MS = 50;

  public static void main(String[] args) throws Exception {
    KafkaStreams streams = new KafkaStreams(topology(), properties(args[0], args[1]));
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    streams.setStateListener(
        (next, before) -> {
          if (next == KafkaStreams.State.RUNNING) System.out.println("running");
        });
    streams.start();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    System.out.println("sent " + feed(args[0], input));
    while (input.readLine() != null) {}
    streams.close();
  }

  static Topology topology() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("lines", Consumed.with(Serdes.String(), Serdes.String()))
        .flatMapValues(line -> Arrays.asList(line.split(" ")))
        .groupBy((key, word) -> word, Grouped.with(Serdes.String(), Serdes.String()))
        .count(
            Materialized.<String, Long>as(Stores.inMemoryKeyValueStore("counts"))
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.Long()))
        .toStream()
        .mapValues(count -> Long.toString(count))
        .to("counts", Produced.with(Serdes.String(), Serdes.String()));
    return builder.build();
  }

  static Properties properties(String bootstrap, String stateDirectory) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "bootstrap.servers", bootstrap,
            "application.id", "word-count",
            "processing.guarantee", "exactly_once_v2",
            "state.dir", stateDirectory,
            "replication.factor", "-1",
            // Every update shows in the output.
            "statestore.cache.max.bytes", "0"));
    return properties;
  }

  /** Until a line comes in. How many were acknowledged, each of which has to count. */
  static int feed(String bootstrap, BufferedReader input) throws Exception {
    Map<String, Object> properties = Map.of("bootstrap.servers", bootstrap);
    AtomicInteger acknowledged = new AtomicInteger();
    int sent = 0;
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      while (!input.ready()) {
        for (int i = 0; i < LINES_AT_ONCE; i++, sent++)
          producer.send(
              new ProducerRecord<>("lines", Integer.toString(sent), lineOf(sent)),
              (metadata, error) -> {
                if (error == null) acknowledged.incrementAndGet();
                else error.printStackTrace();
              });
        Thread.sleep(PAUSE_MS);
      }
      input.readLine();
    }
    return acknowledged.get();
  }

  static String lineOf(int n) {
    int count = WORDS.length;
    return WORDS[n % count] + " " + WORDS[(n * 3 + 1) % count] + " " + WORDS[(n * 5 + 2) % count];
  }
}
