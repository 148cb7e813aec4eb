import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // `npm run dev` shows the pages with the API that `espalier up` started.
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
});
