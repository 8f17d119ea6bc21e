package io.fanatic.cli.fanctl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.output.Metrics;
import io.fanatic.core.FanException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Answers GET /metrics by HTTP, for Prometheus to scrape. */
final class MetricsServer implements AutoCloseable {
    /** A client that is slow, or never ends its request, holds up one. */
    private static final int THREADS = 4;

    private static final String PATH = "/metrics";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
        Thread thread = new Thread(work, "metrics");
        thread.setDaemon(true);
        return thread;
    });

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Starts it.
     *
     * @param text makes the metrics, each time
     * @throws CommandException when nothing can listen there
     */
    static MetricsServer start(InetSocketAddress address, Supplier<String> text) {
        // Seconds for a whole request and a whole answer; the JDK's server has no limits of its own.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "10");
        try {
            MetricsServer metrics = new MetricsServer(HttpServer.create(address, 0));
            metrics.server.setExecutor(metrics.threads);
            metrics.server.createContext("/", exchange -> answer(exchange, text));
            metrics.server.start();
            return metrics;
        } catch (IOException e) {
            throw CommandException.failed(
                    "cannot serve metrics on " + address.getAddress().getHostAddress() + " port " + address.getPort()
                            + ": " + e.getMessage() + "; give --metrics another address or port");
        }
    }

    private static void answer(HttpExchange exchange, Supplier<String> text) throws IOException {
        try (exchange) {
            boolean get = exchange.getRequestMethod().equals("GET");
            if (!get && !exchange.getRequestMethod().equals("HEAD")) {
                send(exchange, 405, "only GET and HEAD are answered\n");
            } else if (!exchange.getRequestURI().getPath().equals(PATH)) {
                send(exchange, 404, "the metrics are at " + PATH + "\n");
            } else {
                String metrics;
                try {
                    metrics = text.get();
                } catch (FanException | CommandException e) {
                    send(exchange, 500, e.getMessage() + "\n");
                    return;
                }
                exchange.getResponseHeaders().set("Content-Type", Metrics.CONTENT_TYPE);
                send(exchange, 200, metrics);
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** With the port that it has where 0 was asked for. */
    String url() {
        String address = server.getAddress().getAddress().getHostAddress();
        return "http://" + (address.contains(":") ? "[" + address + "]" : address) + ":"
                + server.getAddress().getPort() + PATH;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
